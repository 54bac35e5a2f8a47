import type { Routes } from '@angular/router'

export const routes: Routes = [
  { path: '', loadComponent: async () => (await import('../explorer/explorer')).Explorer },
  { path: 'about', loadComponent: async () => (await import('./about')).About },
  { path: '**', redirectTo: '' },
]
