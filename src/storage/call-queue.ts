/**
 * Whose calls are sent to the database next. The calls for one tenant wait in a line of their own, and lines take turns, so
 * that nobody waits behind all that another has asked (decision 0020).
 *
 * Calls of a statement with a `grouping` that are made for one tenant at the same time leave together, as one message and
 * one transaction, which spares all but one of them the way to the database, the wait for the disk and the work around both
 * (decision 0011). Nothing waits for company: what is asked within one turn of the event loop goes when the turn ends, and
 * more joins only while no connection is free. Each statement is the one that would run alone, with its own snapshot, so
 * that a group changes nothing but the moment of its commit.
 */
import { Lines } from '../runtime/lines.ts';
import { pause } from './pause.ts';
import type { StatementCall } from './row-types.ts';
import { DatabaseUnavailable } from './sql.ts';
import type { Party, SqlValue, Statement } from './sql.ts';

/** Whoever waits for a turn, and how they are told that it does not come. */
export interface Waiter {
  /** Undefined for what the node does of its own accord. */
  readonly party: Party | undefined;
  reject(error: Error): void;
}

/** A statement, and whom to tell its rows. */
export interface PendingCall extends StatementCall, Waiter {
  /** How often it was sent. What is sent again is sent by itself. */
  attempts: number;
  resolve(rows: Record<string, unknown>[]): void;
}

/** What has a place now: one that keeps it for more than a statement, or the calls that leave together. */
export type Turn<Hold> = { readonly owner: Owner } & (
  { readonly hold: Hold } | { readonly calls: readonly [PendingCall, ...PendingCall[]] }
);

/** Whose line a call waits in: a tenant's, that of all who are none, or the node's own. */
type Owner = string | null | undefined;

/** How long calls wait while no turn comes at all (F09), or while those for two tenants or more do (ruling 52). */
export const waitMsMax = 1_000;
/** How many times as long those for one tenant may wait while nobody else does: that is the node's own bound. */
const aloneFactor = 5;
/** How many calls a line takes while those for two tenants or more wait (ruling 52), and while those for one do. */
export const lineMax = { contended: 64, alone: 1_000 };
/** How many times as many places one owner has at most as are left free. */
const shareMax = 4;

const tickMs = 100;

interface Place<Item> {
  readonly item: Item;
  /** The how-manieth call it is. */
  readonly number: number;
  readonly sinceMs: number;
}

export class CallQueue<Hold extends Waiter> {
  private readonly serve: () => void;
  private readonly placesMax: number;
  private readonly groupMax: number;
  private readonly waitMs: number;
  private readonly lines = new Lines<Owner, Place<PendingCall | Hold>>();
  /** Those of this turn of the event loop that may leave together. */
  private arrivals: PendingCall[] = [];
  private readonly held = new Map<Owner, number>();
  private free: number;
  private arrived = 0;
  /** The first call that came while those for two tenants were waiting; none if they are not. */
  private contendedFrom = Infinity;
  private timeMs = 0;
  private lastTurnMs = 0;
  private isTicking = false;
  private closing: Promise<void> | undefined;
  private onQuiet: (() => void) | undefined;

  /** `serve` is told that calls wait, and asks for the {@link next} turn until there is none. At most `groupMax` leave together. */
  constructor(
    serve: () => void,
    options: { readonly placesMax: number; readonly groupMax: number; readonly waitMs?: number | undefined },
  ) {
    this.serve = serve;
    this.placesMax = options.placesMax;
    this.free = options.placesMax;
    this.groupMax = options.groupMax;
    this.waitMs = options.waitMs ?? waitMsMax;
  }

  get waiting(): number {
    let count = 0;
    for (const owner of this.lines.owners()) count += this.lines.line(owner).length;
    return count;
  }

  get isIdle(): boolean {
    return this.free === this.placesMax;
  }

  /** Stands in line with a statement, and gives its rows. */
  ask<Row>(statement: Statement<Row>, values: readonly SqlValue[], party: Party | undefined): Promise<Row[]> {
    return new Promise((resolve, reject) => {
      this.add({ statement, values, party, attempts: 0, resolve: (rows) => resolve(rows as Row[]), reject });
    });
  }

  add(item: PendingCall | Hold): void {
    if (this.closing !== undefined) {
      item.reject(new DatabaseUnavailable('The database is closed.'));
      return;
    }
    if (isCall(item) && this.mayHaveCompany(item)) {
      this.arrivals.push(item);
      // eslint-disable-next-line no-restricted-syntax -- not a time: the end of this turn of the event loop, which cannot be told from outside
      if (this.arrivals.length === 1) setImmediate(this.admitArrivals);
      return;
    }
    this.stand(item);
    this.serve();
  }

  /** The next turn, or undefined if there is none now. It lasts until it is {@link done}. */
  next(): Turn<Hold> | undefined {
    if (this.free === 0) return undefined;
    const found = this.lines.next(({ item }, owner) => !isGone(item) && this.mayHavePlace(item, owner));
    if (found === undefined) return undefined;
    const { owner } = found;
    const { item } = found.item;
    this.free -= 1;
    this.held.set(owner, (this.held.get(owner) ?? 0) + 1);
    this.noticeContention();
    // They keep moving where everybody else stands still.
    if (item.party?.isVerification !== true) this.lastTurnMs = this.timeMs;
    return isCall(item) ? { owner, calls: this.withCompany(owner, item) } : { owner, hold: item };
  }

  done({ owner }: Turn<Hold>): void {
    this.free += 1;
    const held = (this.held.get(owner) ?? 0) - 1;
    if (held > 0) this.held.set(owner, held);
    else this.held.delete(owner);
    this.noticeQuiet();
  }

  /** Takes nothing more, and resolves when everything that was taken is done. */
  close(): Promise<void> {
    this.closing ??= new Promise((resolve) => {
      this.onQuiet = resolve;
      this.noticeQuiet();
    });
    return this.closing;
  }

  /** Lets time pass: whoever has waited too long is told so. */
  pass(ms: number): void {
    this.timeMs += ms;
    this.noticeContention();
    const isStill = this.timeMs - this.lastTurnMs >= this.waitMs;
    for (const owner of [...this.lines.owners()]) {
      this.refuse(owner, 'No turn at the database came in time.', ({ item, number, sinceMs }) => {
        const waitedMs = this.timeMs - sinceMs;
        const isBound = isStill || number >= this.contendedFrom;
        return waitedMs >= this.waitMs * (isBound ? 1 : aloneFactor) || isGone(item);
      });
    }
    this.noticeQuiet();
  }

  private readonly admitArrivals = (): void => {
    const { arrivals } = this;
    this.arrivals = [];
    for (const call of arrivals) this.stand(call);
    this.serve();
  };

  private stand(item: PendingCall | Hold): void {
    const owner = item.party === undefined ? undefined : item.party.tenantId;
    // What can leave leaves, and whoever has gone gives back their place, before anybody is refused one.
    if (this.isFull(owner)) this.serve();
    if (this.isFull(owner)) this.refuse(owner, 'The caller has gone.', (place) => isGone(place.item));
    if (item.party?.isGone !== undefined && this.isFull(owner)) {
      item.reject(new DatabaseUnavailable('Too many calls for this tenant wait for the database.'));
      return;
    }
    this.arrived += 1;
    this.lines.add(owner, { item, number: this.arrived, sinceMs: this.timeMs });
    this.noticeContention();
    if (!this.isTicking) void this.tick();
  }

  private isFull(owner: Owner): boolean {
    const { length } = this.lines.line(owner);
    return length >= lineMax.contended && length >= (this.isContended(owner) ? lineMax.contended : lineMax.alone);
  }

  /** Whether calls for two tenants wait, `owner` included. Whoever is none has a turn, but is no reason to refuse one. */
  private isContended(owner?: Owner): boolean {
    let first = isTenant(owner) ? owner : undefined;
    for (const one of this.lines.owners()) {
      if (!isTenant(one) || one === first) continue;
      if (first !== undefined) return true;
      first = one;
    }
    return false;
  }

  private noticeContention(): void {
    if (!this.isContended()) this.contendedFrom = Infinity;
    else if (this.contendedFrom === Infinity) this.contendedFrom = this.arrived;
  }

  private mayHaveCompany({ statement, attempts }: PendingCall): boolean {
    return this.groupMax > 1 && statement.grouping !== undefined && attempts === 0;
  }

  /**
   * Whether an owner's share allows for one place more. However long they keep what they have, there is a place for whoever
   * else comes, and the last is for verifications only (F09). Where there are one or two, there is nothing to share.
   */
  private mayHavePlace({ party }: Waiter, owner: Owner): boolean {
    if (party?.isVerification === true || this.placesMax < 3) return true;
    return (this.held.get(owner) ?? 0) + 1 <= shareMax * (this.free - 1);
  }

  /**
   * A call with those of its tenant that leave with it: at most one of a user, in the order of users, so that no two groups
   * wait for each other.
   */
  private withCompany(owner: Owner, first: PendingCall): readonly [PendingCall, ...PendingCall[]] {
    if (!this.mayHaveCompany(first) || this.lines.line(owner).length === 0) return [first];
    const group = new Map([[userOf(first), first]]);
    this.lines.take(owner, ({ item }) => {
      if (group.size === this.groupMax || !isCall(item) || !this.mayHaveCompany(item) || isGone(item)) return false;
      const user = userOf(item);
      if (item.statement.grouping !== first.statement.grouping || group.has(user)) return false;
      group.set(user, item);
      return true;
    });
    const [one = first, ...others] = [...group].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, call]) => call);
    return [one, ...others];
  }

  private refuse(owner: Owner, why: string, isRefused: (place: Place<PendingCall | Hold>) => boolean): void {
    for (const { item } of this.lines.take(owner, isRefused)) item.reject(new DatabaseUnavailable(why));
  }

  private noticeQuiet(): void {
    if (this.onQuiet === undefined || !this.isIdle) return;
    if (this.arrivals.length === 0 && this.waiting === 0) this.onQuiet();
  }

  private async tick(): Promise<void> {
    this.isTicking = true;
    do {
      await pause(tickMs);
      this.pass(tickMs);
    } while (this.waiting > 0);
    this.isTicking = false;
  }
}

function isTenant(owner: Owner): owner is string {
  return typeof owner === 'string';
}

function isCall(item: Waiter): item is PendingCall {
  return 'statement' in item;
}

function isGone({ party }: Waiter): boolean {
  return party?.isGone?.() === true;
}

/** What a grouped statement begins with, see {@link statement}. */
function userOf({ values }: PendingCall): string {
  return `${String(values[0])} ${String(values[1])}`;
}
