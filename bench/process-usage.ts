/** What a process uses, as Linux reports it. On other systems everything is unknown: undefined. */
import { readFileSync } from 'node:fs';

// USER_HZ, which is 100 on every architecture that Node runs on.
const ticksPerSecond = 100;

/** CPU time of the process since its start, user and system, in milliseconds; steps of 10 ms. */
export function cpuMsOf(pid: number): number | undefined {
  const line = read(`/proc/${pid}/stat`);
  if (line === undefined) return undefined;
  // The second field is the program's name in brackets, which may contain spaces: count from its end (proc(5)).
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
}

/** Resident memory of the process in bytes. */
export function residentBytesOf(pid: number): number | undefined {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`) ?? '')?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
