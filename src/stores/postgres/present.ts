type Nullable<T> = { [K in keyof T]: null extends T[K] ? K : never }[keyof T];

/** A row as the domain sees it: a column without value is a field that is not there. */
export type Present<T> = Omit<T, Nullable<T>> & {
  [K in Nullable<T>]?: Exclude<T[K], null>;
};

export function present<T extends object>(row: T): Present<T>;
export function present(row: object): object {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}
