/** A question that may be asked for many ids in one statement. */
export type AskAll<A> = (ids: readonly string[], at: Date) => Promise<ReadonlyMap<string, A>>;

/** Longer lists would keep one connection busy while others are free. */
const MOST = 64;

class Gathering<A> {
  readonly ids = new Set<string>();
  /** When the last of them asked. */
  at: Date;
  readonly answers: Promise<ReadonlyMap<string, A>>;

  constructor(at: Date, ask: (gathered: Gathering<A>) => Promise<ReadonlyMap<string, A>>) {
    this.at = at;
    this.answers = endOfTurn().then(() => ask(this));
  }
}

/**
 * Questions that arrive in one turn of the event loop go to the database together: under load a turn brings many. An answer
 * is never older than its question, nobody waits for another's statement, and nothing is remembered.
 */
export function askedTogether<A>(askAll: AskAll<A>) {
  let gathering: Gathering<A> | undefined;

  const ask = (gathered: Gathering<A>) => {
    if (gathering === gathered) gathering = undefined;
    return askAll([...gathered.ids], gathered.at);
  };

  return async (id: string, at: Date): Promise<A | undefined> => {
    const current = gathering;
    const hasRoom = current && current.ids.size < MOST;
    const together = hasRoom ? current : (gathering = new Gathering(at, ask));
    together.ids.add(id);
    together.at = at;
    return (await together.answers).get(id);
  };
}

const endOfTurn = () => new Promise<void>((resolve) => void setImmediate(resolve));
