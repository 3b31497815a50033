import { SignerAway } from './key-ring.ts';

/** So many at once, so many more in line, and everybody else is told at once. */
export interface BoundedLine {
  /** Ends when it is one's turn. Throws SignerAway where the line is full, or the signal came first. */
  enter(signal: AbortSignal): Promise<void>;
  leave(): void;
  /** Sends away all who wait. */
  clear(why: string): void;
}

interface Place {
  enter(): void;
  refuse(error: SignerAway): void;
}

export function boundedLine(atOnce: number, most: number): BoundedLine {
  const places: Place[] = [];
  let inside = 0;
  return {
    async enter(signal) {
      if (inside < atOnce) {
        inside += 1;
        return;
      }
      if (places.length >= most) throw new SignerAway('Too many signatures are asked for.');
      await new Promise<void>((resolve, reject) => {
        const place = { enter: resolve, refuse: reject };
        places.push(place);
        signal.addEventListener('abort', () => {
          const at = places.indexOf(place);
          if (at < 0) return;
          places.splice(at, 1);
          reject(new SignerAway('A signature waited in line for too long.'));
        });
      });
    },
    leave() {
      const next = places.shift();
      if (next) next.enter();
      else inside -= 1;
    },
    clear(why) {
      for (const place of places.splice(0)) place.refuse(new SignerAway(why));
    },
  };
}
