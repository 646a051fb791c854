import { useState } from 'react';

/** Somebody else has changed it since it was opened; nothing was written. */
class ChangedMeanwhile extends Error {
  override readonly name = 'ChangedMeanwhile';
}

/** The same text for the same content, whatever the order of its members. */
export function sameText(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : member,
  );
}

/**
 * Compares what was opened with what is there before it is saved, so that nobody overwrites what they have not seen. Once
 * the difference has been shown, saving again is on purpose.
 */
export function useGuard<Thing>(opened: Thing, read: () => Promise<Thing>) {
  const [base, setBase] = useState(opened);
  const [theirs, setTheirs] = useState<Thing>();
  return {
    /** What the changes were made to. */
    base,
    /** What is there instead; undefined as long as nothing has changed. */
    theirs,
    /** @throws {ChangedMeanwhile} */
    async requireUnchanged(): Promise<void> {
      const now = await read();
      if (sameText(now) === sameText(base)) return;
      setBase(now);
      setTheirs(now);
      throw new ChangedMeanwhile('It was changed meanwhile.');
    },
    /** What was saved, or is taken over, is what later changes are made to. */
    begin(again: Thing): void {
      setBase(again);
      setTheirs(undefined);
    },
  };
}
