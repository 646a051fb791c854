/**
 * Decides which calls are sent to the database next. The calls for each tenant wait in a line of their own, and the
 * lines take turns, so no tenant waits behind all the calls of another (decision 0020).
 *
 * Calls for one tenant whose statements have a `grouping` and that are made at the same time are sent together, as one
 * message and one transaction. All but one of them save the round trip, the wait for the disk and the work around both
 * (decision 0011). No call waits for a group to fill: calls made within one turn of the event loop are sent when the
 * turn ends, and more join only while no connection is free. Each statement is the same as if it ran alone, with its
 * own snapshot, so a group changes nothing but the moment of its commit.
 */
import { Lines } from '../runtime/lines.ts';
import { realPause } from '../runtime/real-pause.ts';
import type { StatementCall } from './row-types.ts';
import { DatabaseUnavailable } from './sql.ts';
import type { Party, SqlValue, Statement } from './sql.ts';

/** A call or transaction that waits for a turn, and how it is told that it will not get one. */
export interface Waiter {
  /** Undefined for calls that the node makes for itself. */
  readonly party: Party | undefined;
  reject(error: Error): void;
}

/** A statement, and the callback that receives its rows. */
export interface PendingCall extends StatementCall, Waiter {
  /** How often it was sent. A retry is always sent alone. */
  attempts: number;
  resolve(rows: Record<string, unknown>[]): void;
}

/** The holder of a place: one that keeps it for more than a statement, or the calls that are sent together. */
export type Turn<Hold> = { readonly owner: Owner } & (
  { readonly hold: Hold } | { readonly calls: readonly [PendingCall, ...PendingCall[]] }
);

/** Owner of a line: a tenant, null for all callers without a tenant, or undefined for the node itself. */
type Owner = string | null | undefined;

/** How long calls wait while there is no turn at all (F09), or while calls for two or more tenants wait (ruling 52). */
export const waitMsMax = 1_000;
/**
 * Factor by which calls for one tenant may wait longer while no other tenant waits: this bound protects the node
 * itself.
 */
const aloneFactor = 5;
/** Calls that a line takes while calls for two or more tenants wait (ruling 52), and while only one tenant waits. */
export const lineMax = { contended: 64, alone: 1_000 };
/**
 * Where the first call of a line has waited for this long at every look for so long, more comes than can be done (F33).
 * From then on, until none was late for longer, the line takes a new call only while its first has waited less: a burst
 * may wait, but a queue that does not become shorter makes everyone late and nobody faster. Only where one tenant waits
 * alone; else the bounds above hold.
 */
const overload = { waitMs: 400, afterMs: 3_000, calmMs: 10_000 };
/** An owner may hold at most this many times as many places as are left free. */
const shareMax = 4;

const tickMs = 100;

interface Place<Item> {
  readonly item: Item;
  /** The sequence number of the call. */
  readonly number: number;
  readonly sinceMs: number;
}

export class CallQueue<Hold extends Waiter> {
  private readonly serve: () => void;
  private readonly placesMax: number;
  private readonly groupMax: number;
  private readonly waitMs: number;
  private readonly lines = new Lines<Owner, Place<PendingCall | Hold>>();
  /** Calls of this turn of the event loop that may be sent together. */
  private arrivals: PendingCall[] = [];
  private readonly held = new Map<Owner, number>();
  /** Of lines whose first call is late, or was until lately: whether they are overloaded, and since when that holds again. */
  private readonly loads = new Map<Owner, { readonly isOver: boolean; readonly sinceMs: number }>();
  private free: number;
  private arrived = 0;
  /** The number of the first call that came while calls for two tenants were waiting; Infinity if they are not. */
  private contendedFrom = Infinity;
  private timeMs = 0;
  private lastTurnMs = 0;
  private isTicking = false;
  private closing: Promise<void> | undefined;
  private onQuiet: (() => void) | undefined;

  /**
   * Calls `serve` when calls wait; it takes the {@link next} turn until there is none. A group has at most `groupMax`
   * calls.
   */
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

  /** Queues a statement, and resolves to its rows. */
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
    // Verifications still get turns when no other call does.
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

  /** Accepts no more calls, and resolves when every accepted call is done. */
  close(): Promise<void> {
    this.closing ??= new Promise((resolve) => {
      this.onQuiet = resolve;
      this.noticeQuiet();
    });
    return this.closing;
  }

  /** Advances the time, and refuses calls that have waited too long. */
  pass(ms: number): void {
    this.timeMs += ms;
    this.noticeContention();
    this.noticeLoads();
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
    // Before any call is refused, send those that can be sent, and drop those whose caller has gone.
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
    if (this.loads.get(owner)?.isOver === true && this.isLate(owner) && !this.isContended(owner)) return true;
    return length >= lineMax.contended && length >= (this.isContended(owner) ? lineMax.contended : lineMax.alone);
  }

  private isLate(owner: Owner): boolean {
    const [first] = this.lines.line(owner);
    return first !== undefined && this.timeMs - first.sinceMs >= overload.waitMs;
  }

  private noticeLoads(): void {
    for (const owner of new Set([...this.loads.keys(), ...this.lines.owners()])) {
      const isLate = this.isLate(owner);
      const { isOver, sinceMs } = this.loads.get(owner) ?? { isOver: false, sinceMs: this.timeMs };
      if (!isOver && !isLate) this.loads.delete(owner);
      else if (isOver === isLate) this.loads.set(owner, { isOver, sinceMs: this.timeMs });
      else if (this.timeMs - sinceMs < (isOver ? overload.calmMs : overload.afterMs))
        this.loads.set(owner, { isOver, sinceMs });
      else this.loads.set(owner, { isOver: isLate, sinceMs: this.timeMs });
    }
  }

  /**
   * Whether calls for two tenants wait, `owner` included. Callers without a tenant get turns, but never cause a
   * refusal.
   */
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
   * Whether an owner's share allows one more place. However long owners keep their places, one is left for another
   * owner, and the last is for verifications only (F09). With only one or two places there is nothing to share.
   */
  private mayHavePlace({ party }: Waiter, owner: Owner): boolean {
    if (party?.isVerification === true || this.placesMax < 3) return true;
    return (this.held.get(owner) ?? 0) + 1 <= shareMax * (this.free - 1);
  }

  /**
   * The first call with the calls of its tenant that are sent with it: at most one for each user, in the order of
   * users, so that no two groups wait for each other.
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
      await realPause(tickMs);
      this.pass(tickMs);
    } while (this.waiting > 0);
    // Nobody waits, so nothing is overloaded; and time passes here only while someone does.
    this.loads.clear();
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

/** The first two values of a grouped statement, see {@link statement}. */
function userOf({ values }: PendingCall): string {
  return `${String(values[0])} ${String(values[1])}`;
}
