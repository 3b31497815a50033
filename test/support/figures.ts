/** One line of what Prometheus is told. */
export interface Figure {
  name: string;
  labels: Record<string, string>;
  value: number;
}

export function figuresIn(text: string): Figure[] {
  return [...text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)].map(([, name = '', labels, value]) => ({
    name,
    labels: Object.fromEntries(
      [...(labels ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label, one]) => [
        label,
        one,
      ]),
    ),
    value: Number(value),
  }));
}

/** The sum of all lines of that name with these labels. */
export function sumOf(
  figures: Figure[],
  name: string,
  labels: Record<string, string> = {},
): number {
  return figures
    .filter((figure) => figure.name === name)
    .filter((figure) => Object.entries(labels).every(([key, one]) => figure.labels[key] === one))
    .reduce((sum, { value }) => sum + value, 0);
}
