/** One line of what is well and what is not. A warning or a fault says what to do. */
export interface Finding {
  readonly area: string;
  readonly state: 'ok' | 'warning' | 'fault';
  readonly text: string;
  /** When it last happened, or since when it is so; Unix milliseconds. */
  readonly atMs?: number | undefined;
  readonly fix?: string;
  /** The page of the portal where it is put right, within the tenant. */
  readonly place?: string;
}

/** What waits, with when the oldest of it came. */
export interface Waiting {
  readonly count: number;
  /** Whether it was counted no further, so that there may be more. */
  readonly isCapped: boolean;
  readonly oldestAtMs: number | null;
}

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** So many, where no more may have been counted. */
export function atLeast(isCapped: boolean, words: string): string {
  return isCapped ? `at least ${words}` : words;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
