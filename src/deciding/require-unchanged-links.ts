import { Refusal } from '../contract/errors.ts';

/**
 * Refuses a repeat whose linked data points differ from those the action was decided with: an approval of 10 must never
 * stand for 1,000 (ruling 11; PSD2 RTS Art. 5). @throws {Refusal} `conflict` naming the data point, not its value.
 */
export function requireUnchangedLinks(
  linked: readonly string[],
  earlier: Readonly<Record<string, unknown>>,
  now: Readonly<Record<string, unknown>>,
): void {
  for (const name of linked) {
    const before = Object.hasOwn(earlier, name) ? earlier[name] : undefined;
    const after = Object.hasOwn(now, name) ? now[name] : undefined;
    if (canonical(before) !== canonical(after)) {
      throw new Refusal(
        'conflict',
        `custom.${name} differs from the action that this idempotencyKey stands for. Track a changed action under a new key.`,
      );
    }
  }
}

/** JSON with sorted keys, so that equal values are equal texts (in the spirit of RFC 8785). */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_name, member: unknown) =>
      typeof member === 'object' && member !== null && !Array.isArray(member)
        ? Object.fromEntries(Object.entries(member).sort(([left], [right]) => (left < right ? -1 : 1)))
        : member,
    ) ?? ''
  );
}
