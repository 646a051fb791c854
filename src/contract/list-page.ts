/** A page of a list that has more: the body is a bare array, and the `Link` header names the next page (RFC 8288). */
export class ListPage<Item> {
  readonly items: readonly Item[];
  /** The `cursor` of the next page; undefined at the end. */
  readonly nextCursor: string | undefined;
  constructor(items: readonly Item[], nextCursor: string | undefined) {
    this.items = items;
    this.nextCursor = nextCursor;
  }
}
