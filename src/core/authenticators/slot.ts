declare const key: unique symbol;

/** The slot of a key, of which a user may have several of one method: its credential's id. */
type KeySlot = string & { readonly [key]: true };

/** A user's authenticators of one method each have a slot of their own. The texts are what the table keeps. */
export const slots = {
  /** The one of its method, of which a user has one. */
  own: '',
  /** Waits to replace the one of its method, until it is held no longer. */
  successor: 'successor',
  /** Its user has yet to prove it; one beside another of the method has its id behind this. */
  pending: 'pending',
} as const;

export type Slot = (typeof slots)[keyof typeof slots] | `${typeof slots.pending} ${string}` | KeySlot;

export function keySlot(credentialId: string): Slot {
  return credentialId as KeySlot;
}

interface Placed {
  readonly slot: Slot;
}

/** Whether it is the one of its method. */
export function isOwn({ slot }: Placed): boolean {
  return slot === slots.own;
}

/** Whether it waits to replace the one of its method. */
export function isSuccessor({ slot }: Placed): boolean {
  return slot === slots.successor;
}
