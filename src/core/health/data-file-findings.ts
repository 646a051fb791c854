import type { Finding } from './finding.ts';

/** A data file that facts come from. */
export interface DataFile {
  readonly name: string;
  readonly state: 'ok' | 'missing' | 'broken';
  readonly ageDays: number | null;
  /** Whether its newest content is in use. */
  readonly isNewest: boolean;
}

// The files are published every week or month.
const oldDays = 45;

/** How well the data is that rules read of addresses. */
export function dataFileFindings(files: readonly DataFile[]): readonly Finding[] {
  return files.map(({ name, state, ageDays, isNewest }): Finding => {
    const area = 'data files';
    if (state === 'missing') return { area, state: 'ok', text: `${name}: not set up, so rules do not know its facts.` };
    if (state === 'broken' || !isNewest) {
      const text =
        state === 'broken'
          ? `${name}: cannot be read, so rules do not know its facts.`
          : `${name}: the newest file cannot be read; the one before is in use.`;
      const fix = 'Put a whole file in its place. The log of the server says what is wrong with this one.';
      return { area, state: state === 'broken' ? 'fault' : 'warning', text, fix };
    }
    const age = ageDays === null ? 'in use.' : `in use, ${Math.floor(ageDays)} days old.`;
    return ageDays !== null && ageDays > oldDays
      ? {
          area,
          state: 'warning',
          text: `${name}: ${age}`,
          fix: 'Renew it: who runs the server can do that every week.',
        }
      : { area, state: 'ok', text: `${name}: ${age}` };
  });
}
