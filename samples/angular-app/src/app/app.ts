import { ChangeDetectionStrategy, Component } from '@angular/core'
import { RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router'

@Component({
  selector: 'app-root',
  imports: [RouterLink, RouterLinkActive, RouterOutlet],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <header>
      <strong>Mandelbrot explorer</strong>
      <nav>
        <a routerLink="/" routerLinkActive="active" [routerLinkActiveOptions]="{ exact: true }">Explore</a>
        <a routerLink="/about" routerLinkActive="active">About</a>
      </nav>
    </header>
    <router-outlet />
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      height: 100dvh;
    }
    header {
      display: flex;
      align-items: baseline;
      justify-content: space-between;
      gap: 1rem;
      padding: 0.6rem 1rem;
      border-bottom: 1px solid var(--line);
    }
    nav {
      display: flex;
      gap: 1rem;
    }
    a {
      color: var(--quiet);
      text-decoration: none;
      border-bottom: 2px solid transparent;
    }
    a.active {
      color: inherit;
      border-bottom-color: var(--accent);
    }
  `,
})
export class App {}
