import { ChangeDetectionStrategy, Component } from '@angular/core'

@Component({
  selector: 'app-about',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <main>
      <h1>How it works</h1>
      <p>
        A picture is cut into tiles. Each is a job: a message to one of the pool's threads, and its pixels moved back
        from there. First comes a coarse preview, then every point, and then four points a pixel.
      </p>
      <p>
        Every move and every zoom makes a new picture. What is left of the one before is given up at once, even in the
        middle of a tile. A picture that is only moved keeps the tiles that are finished.
      </p>
      <p>
        In the page's own thread the same function computes tile after tile. Until one is done, the page can do nothing
        else: frames are missed, and the meter shows by how much.
      </p>
      <p>The pool belongs to the explorer: now that you are here, its threads have been stopped.</p>
    </main>
  `,
  styles: `
    main {
      max-width: 38rem;
      padding: 1rem;
      margin-inline: auto;
      line-height: 1.6;
    }
  `,
})
export class About {}
