/** What was opened, closed last things first. One that fails keeps the others from nothing. */
export interface Closing {
  add: (step: () => unknown) => void;
  close: () => Promise<void>;
}

export function closedInReverse(): Closing {
  const steps: (() => unknown)[] = [];
  return {
    add: (step) => void steps.push(step),
    async close() {
      const faults: unknown[] = [];
      for (let step = steps.pop(); step; step = steps.pop()) {
        await Promise.resolve()
          .then(step)
          .catch((fault: unknown) => faults.push(fault));
      }
      if (faults.length > 0) throw new AggregateError(faults, 'Not everything closed cleanly.');
    },
  };
}
