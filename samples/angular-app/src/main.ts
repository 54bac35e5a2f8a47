import { provideZonelessChangeDetection } from '@angular/core'
import { bootstrapApplication } from '@angular/platform-browser'
import { provideRouter, withHashLocation } from '@angular/router'
import { App } from './app/app'
import { routes } from './app/routes'

bootstrapApplication(App, {
  // Addresses behind a #: any server of files will do.
  providers: [provideZonelessChangeDetection(), provideRouter(routes, withHashLocation())],
}).catch((error) => console.error(error))
