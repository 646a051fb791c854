/** A machine's clock that is wrong, for one process: libfaketime. Its monotonic clock stays right, as a machine's does. */
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { unpackedProgram } from './system-programs.ts';

export interface WrongClock {
  /** The environment of the process. */
  readonly variables: Readonly<Record<string, string>>;
  /** Sets it, also while the process runs. */
  setAhead(seconds: number): void;
}

/** Makes clocks; undefined if the library is not available. What it needs stays in the folder. */
export async function wrongClocks(folder: string): Promise<((aheadSeconds: number) => WrongClock) | undefined> {
  const program = await unpackedProgram('faketime', 'faketime', join(folder, 'faketime'));
  if (program === undefined) return undefined;
  const lib = join(dirname(dirname(program.path)), 'lib');
  const place = readdirSync(lib).find((name) => name.endsWith('-linux-gnu'));
  if (place === undefined) return undefined;
  return (aheadSeconds) => {
    const file = join(mkdtempSync(join(folder, 'clock-')), 'ahead');
    const setAhead = (seconds: number) => writeFileSync(file, `${seconds < 0 ? '' : '+'}${seconds}\n`);
    setAhead(aheadSeconds);
    return {
      variables: {
        LD_PRELOAD: join(lib, place, 'faketime', 'libfaketimeMT.so.1'),
        FAKETIME_TIMESTAMP_FILE: file,
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      },
      setAhead,
    };
  };
}
