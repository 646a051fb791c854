/** Worry: an attack gets through, or honest people do not. The seeds are published, so that anybody can repeat it. */
import { describe, expect, test } from 'vitest';
import { simulatedAttack } from '../../../test/rig/simulated-attack.ts';
import type { SimulatedText } from '../../../test/rig/simulated-attack.ts';
import { pumpingDefaults } from './pumping-settings.ts';
import { replayTexts } from './replay-texts.ts';

const settings = { ...pumpingDefaults, countryCodes: ['PT', 'NZ', 'DE', 'FR'] };

/** What becomes of an attack under the default settings. */
function outcomeOf(texts: readonly SimulatedText[]) {
  const attack = { asked: 0, sent: 0 };
  // By number: whether a code was sent.
  const honest = new Map<string, boolean>();
  const there = new Map<string, boolean>();
  const asked = texts.values();
  for (const { verdict } of replayTexts(texts, () => settings)) {
    const text = asked.next().value;
    if (text === undefined) throw new Error('Every text is judged once.');
    const isSent = !verdict.isRefused;
    if (text.isAttack) {
      attack.asked += 1;
      if (isSent) attack.sent += 1;
    } else if (!text.isAttackedRange) {
      for (const people of text.countryCode === 'PT' ? [honest, there] : [honest]) {
        people.set(text.number, people.get(text.number) === true || isSent);
      }
    }
  }
  const share = (people: ReadonlyMap<string, boolean>) => [...people.values()].filter(Boolean).length / people.size;
  return { attacked: attack.sent / attack.asked, honest: share(honest), there: share(there), asked: attack.asked };
}

describe.each([1, 2])('the simulated attack of seed %i', (seed) => {
  test.each([0.25, 24])(
    'A26: over %d hours: at most a twentieth of 10,000 texts is sent, and 99 of 100 honest people get a code',
    (hours) => {
      const { asked, attacked, honest, there } = outcomeOf(simulatedAttack({ seed, hours }));
      expect(asked).toBe(10_000);
      expect(attacked).toBeLessThanOrEqual(0.05);
      expect(honest).toBeGreaterThanOrEqual(0.99);
      // While a country is attacked, a range of it waits for the answer of whoever asked first.
      expect(there).toBeGreaterThanOrEqual(0.96);
    },
  );
});

test('A26: an attacker who enters the first code of each range gets no more than a twentieth sent', () => {
  const entered = new Set<string>();
  const texts = simulatedAttack({ seed: 3, hours: 6, answeredShare: 0 }).map((text) => {
    if (!text.isAttack || entered.has(text.range)) return text;
    entered.add(text.range);
    return { ...text, enteredAtMs: text.askedAtMs + 20_000 };
  });
  expect(entered.size).toBe(200);
  expect(outcomeOf(texts).attacked).toBeLessThanOrEqual(0.05);
});
