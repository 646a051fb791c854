import type { Clock } from '../runtime/runtime.ts';

/** What one call may read, and for how long it may. */
const searchedMax = 50_000;
const searchMs = 2_000;
/** In one statement. Between two, others get their turn. */
const batchMax = 5_000;

/** A part of a list, read newest first. */
interface Part<Row> {
  readonly rows: readonly Row[];
  /** How many were read, of which `rows` are those wanted. */
  readonly scanned: number;
  /** The id of the last one that was read. */
  readonly lastId: string | undefined;
}

/** What a search found. */
export interface Found<Row> {
  readonly rows: readonly Row[];
  /** The id after which the search goes on; undefined at its end. */
  readonly nextId: string | undefined;
  /** Whether it ended because it had read enough, not because it had found enough. */
  readonly isCutShort: boolean;
}

/**
 * Searches a list by its ids, newest first, until `limit` rows are found or the search has cost enough. `read` gets the id
 * before which to read, how many to read at most, and how many to return of them.
 */
export async function searchWithin<Row extends object>(
  clock: Clock,
  search: {
    readonly endId: string;
    readonly limit: number;
    /** Whether rows are compared one by one, so that most that are read may not be wanted. */
    readonly isSifted: boolean;
    idOf(row: Row): string;
    read(endId: string, batch: number, max: number): Promise<Part<Row>>;
  },
): Promise<Found<Row>> {
  const { limit, isSifted } = search;
  const untilMs = clock.steady() + searchMs;
  const rows: Row[] = [];
  let { endId } = search;
  for (let searched = 0; ;) {
    // One more than asked for, to know whether there are more.
    const max = limit + 1 - rows.length;
    const batch = Math.min(isSifted || searched > 0 ? batchMax : max, searchedMax - searched);
    const part = await search.read(endId, batch, max);
    rows.push(...part.rows);
    searched += part.scanned;
    const last = rows[limit - 1];
    if (rows.length > limit && last !== undefined) {
      return { rows: rows.slice(0, limit), nextId: search.idOf(last), isCutShort: false };
    }
    if (part.scanned < batch || part.lastId === undefined) return { rows, nextId: undefined, isCutShort: false };
    endId = part.lastId;
    if (searched >= searchedMax || clock.steady() >= untilMs) return { rows, nextId: endId, isCutShort: true };
  }
}
