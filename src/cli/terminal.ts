import { askSecret } from './ask-secret.ts';

/** Where a command line comes from and goes to. */
export interface Terminal {
  print: (text: string) => void;
  complain: (text: string) => void;
  /** Unseen and typed twice, or one line of standard input. */
  askSecret: (prompt: string) => Promise<string>;
}

export const terminal: Terminal = {
  print: (text) => console.log(text),
  complain: (text) => console.error(text),
  askSecret,
};
