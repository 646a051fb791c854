/** A part of a list that has more: the answer is a bare array, and where it goes on stands in its `Link` header (RFC 8288). */
export class ListPage<Item> {
  readonly items: readonly Item[];
  /** What `cursor` has to be for what follows; undefined at the end. */
  readonly nextCursor: string | undefined;
  constructor(items: readonly Item[], nextCursor: string | undefined) {
    this.items = items;
    this.nextCursor = nextCursor;
  }
}
