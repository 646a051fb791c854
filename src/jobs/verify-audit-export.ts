import type { AuditEventRow, AuditLink } from '../storage/queries/audit-chain.ts';
import { chainStart, linkHash } from './link-audit-events.ts';

/** An entry of an exported log, as far as it can be read. */
interface ExportedEntry {
  readonly link: AuditLink;
  readonly previousHash: Buffer;
}

export interface ExportReport {
  readonly tenantId: string | undefined;
  readonly entries: number;
  /** Those that had not been linked yet: nothing vouches for them. */
  readonly unlinked: number;
  /** Whether all of a log was asked for, so that an entry that lacks is a fault. */
  readonly isWhole: boolean;
  /** Where the chain ended when the file was made. */
  readonly head: { readonly position: number; readonly hash: string } | undefined;
  readonly faults: readonly string[];
}

type Members = Readonly<Record<string, unknown>>;

/** Entries that wait for one before them: events are exported by time, and may be linked a little later than others. */
const waitingMax = 10_000;

/**
 * Checks an exported audit log: that no entry was altered, that entries follow one another, and, of a whole log, that none is
 * missing. Whoever can write the file can write another that holds: its head has to be compared with what was kept elsewhere.
 */
export async function verifyAuditExport(lines: AsyncIterable<string>): Promise<ExportReport> {
  const faults: string[] = [];
  let begin: Members | undefined;
  let end: Members | undefined;
  let entries = 0;
  let unlinked = 0;
  let number = 0;
  let chain: ReturnType<typeof followChain> | undefined;
  for await (const text of lines) {
    number += 1;
    const line = parse(text);
    const { kind } = line ?? {};
    if (line === undefined || end !== undefined) faults.push(`Line ${number} does not belong to an export.`);
    else if (begin === undefined) {
      if (kind !== 'begin') faults.push('The first line does not say what was asked for.');
      begin = kind === 'begin' ? line : {};
      chain = followChain(begin, faults);
    } else if (kind === 'end') end = line;
    else if (kind === 'entry') {
      entries += 1;
      if (line['position'] === undefined) unlinked += 1;
      else {
        const entry = readEntry(begin['tenantId'], line);
        if (entry === undefined) faults.push(`Line ${number} (entry ${String(line['position'])}) was altered.`);
        else chain?.add(entry);
      }
    } else faults.push(`Line ${number} does not belong to an export.`);
  }
  chain?.finish();
  if (end === undefined) faults.push('The file was cut off: it has no last line.');
  else if (end['entries'] !== entries) faults.push(`The file should have ${String(end['entries'])} entries.`);
  return {
    tenantId: typeof begin?.['tenantId'] === 'string' ? begin['tenantId'] : undefined,
    entries,
    unlinked,
    isWhole: isWhole(begin ?? {}),
    head: headOf(begin ?? {}),
    faults,
  };
}

const names = (begin: Members, members: readonly string[]) => members.some((name) => begin[name] !== undefined);
const isFiltered = (begin: Members) => names(begin, ['type', 'actorId', 'userId']);
const isWhole = (begin: Members) => !isFiltered(begin) && !names(begin, ['from', 'to']);

/** Follows the chain through entries that come in nearly their order. What is wrong is added to `faults`. */
function followChain(begin: Members, faults: string[]) {
  const waiting = new Map<number, ExportedEntry>();
  const head = headOf(begin);
  let last: AuditLink | undefined = isWhole(begin) ? (readLink(begin['start']) ?? chainStart) : undefined;

  function take({ link, previousHash }: ExportedEntry): void {
    const { position } = link;
    waiting.delete(position);
    if (last !== undefined && position !== last.position + 1) {
      if (isWhole(begin)) faults.push(`Entries ${last.position + 1} to ${position - 1} are missing.`);
    } else if (last !== undefined && !previousHash.equals(last.hash)) {
      faults.push(`Entry ${position} does not follow the one before it.`);
    }
    last = link;
  }
  const following = () => (last === undefined ? undefined : waiting.get(last.position + 1));
  return {
    add(entry: ExportedEntry): void {
      const { position, hash } = entry.link;
      if (position === head?.position && hash.toString('hex') !== head.hash)
        faults.push(`Entry ${position} differs from the head that the file names.`);
      // Entries that were picked out follow others that are not in the file.
      if (isFiltered(begin)) return;
      if (waiting.has(position) || (last !== undefined && position <= last.position)) {
        faults.push(`Entry ${position} stands in the file twice, or in the wrong place.`);
        return;
      }
      waiting.set(position, entry);
      for (let next = following(); next !== undefined; next = following()) take(next);
      if (waiting.size <= waitingMax) return;
      const first = waiting.get(Math.min(...waiting.keys()));
      if (first !== undefined) take(first);
    },
    finish(): void {
      for (const entry of [...waiting.values()].sort((one, other) => one.link.position - other.link.position))
        take(entry);
      if (isWhole(begin) && head !== undefined && (last?.position ?? 0) < head.position)
        faults.push(`Entries ${(last?.position ?? 0) + 1} to ${head.position} are missing at the end.`);
    },
  };
}

/** Undefined if its hash is not that of its members. */
function readEntry(tenantId: unknown, line: Members): ExportedEntry | undefined {
  const link = readLink(line);
  const previousHash = readHash(line['previousHash']);
  if (link === undefined || previousHash === undefined) return undefined;
  const event = {
    ...(line as Pick<AuditEventRow, 'eventId' | 'eventType' | 'actor' | 'userId' | 'requestId' | 'data'>),
    tenantId: String(tenantId),
    happenedAt: Date.parse(String(line['happenedAt'])),
  };
  return linkHash(previousHash, event).equals(link.hash) ? { link, previousHash } : undefined;
}

function readLink(given: unknown): AuditLink | undefined {
  const { position, hash: text } = Object(given) as Members;
  const hash = readHash(text);
  return typeof position === 'number' && Number.isSafeInteger(position) && hash !== undefined
    ? { position, hash }
    : undefined;
}

function headOf(begin: Members): ExportReport['head'] {
  const link = readLink(begin['head']);
  return link === undefined ? undefined : { position: link.position, hash: link.hash.toString('hex') };
}

function readHash(given: unknown): Buffer | undefined {
  return typeof given === 'string' && /^[0-9a-f]{64}$/.test(given) ? Buffer.from(given, 'hex') : undefined;
}

function parse(text: string): Members | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : undefined;
  } catch {
    return undefined;
  }
}
