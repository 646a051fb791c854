/**
 * A queue for each owner. Owners take turns: after its turn, an owner goes behind all others. So no owner waits for the whole
 * queue of another, and an owner that is alone does not wait for turns at all.
 */
export class Lines<Owner, Item> {
  // In the order of turns: a Map keeps what was set last at its end. No queue in it is empty.
  private readonly lines = new Map<Owner, Item[]>();

  /** The owners that have items waiting, in the order of their turns. */
  owners(): Iterable<Owner> {
    return this.lines.keys();
  }

  /** What an owner has waiting, oldest first. */
  line(owner: Owner): readonly Item[] {
    return this.lines.get(owner) ?? [];
  }

  add(owner: Owner, item: Item): void {
    const line = this.lines.get(owner);
    if (line === undefined) this.lines.set(owner, [item]);
    else line.push(item);
  }

  /** Gives a turn to the first owner who has an item that `mayGo`, and takes the oldest such item; undefined if there is none. */
  next(mayGo: (item: Item, owner: Owner) => boolean): { readonly owner: Owner; readonly item: Item } | undefined {
    for (const [owner, line] of this.lines) {
      const index = line.findIndex((candidate) => mayGo(candidate, owner));
      const item = line[index];
      if (item === undefined) continue;
      line.splice(index, 1);
      this.lines.delete(owner);
      if (line.length > 0) this.lines.set(owner, line);
      return { owner, item };
    }
    return undefined;
  }

  /** Removes the items of an owner for which `isTaken` holds, in their order. Turns do not change. */
  take(owner: Owner, isTaken: (item: Item) => boolean): readonly Item[] {
    const taken: Item[] = [];
    const left: Item[] = [];
    for (const item of this.line(owner)) (isTaken(item) ? taken : left).push(item);
    if (left.length > 0) this.lines.set(owner, left);
    else this.lines.delete(owner);
    return taken;
  }
}
