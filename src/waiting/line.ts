/** So many at once inside; whoever comes next waits in line, in the order of coming. */
export interface Line {
  /** Takes a place if one is free, without a wait. */
  enterNow(): boolean;
  /** Ends when it is one's turn. False: the signal was given first, or all who waited were sent away. */
  wait(over?: AbortSignal): Promise<boolean>;
  /** The place goes to the next in line directly, so that no newcomer slips between. */
  leave(): void;
  sendAway(): void;
  inside(): number;
  waiting(): number;
}

export function openLine(atOnce: number): Line {
  const places = new Set<(itIsMyTurn: boolean) => void>();
  let inside = 0;
  return {
    enterNow() {
      if (inside >= atOnce) return false;
      inside += 1;
      return true;
    },
    wait(over) {
      return new Promise((resolve) => {
        const end = (itIsMyTurn: boolean) => {
          places.delete(end);
          over?.removeEventListener('abort', giveUp);
          resolve(itIsMyTurn);
        };
        const giveUp = () => end(false);
        over?.addEventListener('abort', giveUp);
        places.add(end);
        if (over?.aborted) giveUp();
      });
    },
    leave() {
      const [next] = places;
      if (next) next(true);
      else inside -= 1;
    },
    sendAway() {
      for (const end of places) end(false);
    },
    inside: () => inside,
    waiting: () => places.size,
  };
}
