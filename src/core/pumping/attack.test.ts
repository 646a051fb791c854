/** Worry: an attack gets through, or honest people do not. The seeds are published, so that anybody can repeat it. */
import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import { describe, expect, test } from 'vitest';
import { pumpingDefaults } from './pumping-settings.ts';
import type { PumpingSettings } from './pumping-settings.ts';
import { replayTexts } from './replay-texts.ts';
import { simulatedAttack } from '../../../test/rig/simulated-attack.ts';

const settings: PumpingSettings = { ...pumpingDefaults, countryCodes: ['PT', 'NZ', 'DE', 'FR', 'US'] };

describe.each([1, 2, 3])('seed %i', (seed) => {
  test.each([0.25, 1, 6, 24])('over %d hours', (hours) => {
    const texts = simulatedAttack({ seed, hours });
    const count = { attack: 0, attackSent: 0 };
    const honest = new Map<string, boolean>();
    const reasons: Record<string, number> = {};
    for (const { text, verdict } of replayTexts(texts, () => settings)) {
      const { isAttack, isAttackedRange } = text as (typeof texts)[number];
      if (isAttack) {
        count.attack += 1;
        if (!verdict.isRefused) count.attackSent += 1;
      } else if (!isAttackedRange) {
        honest.set(text.number, (honest.get(text.number) ?? false) || !verdict.isRefused);
        if (verdict.isRefused) reasons[`${text.countryCode} ${verdict.reason}`] = (reasons[`${text.countryCode} ${verdict.reason}`] ?? 0) + 1;
      }
    }
    const got = [...honest.values()].filter(Boolean).length / honest.size;
    require("node:fs").appendFileSync("/tmp/attack.txt", JSON.stringify([seed,hours,count,got,honest.size,reasons])+"\n");
    expect(count.attackSent / count.attack).toBeLessThanOrEqual(0.05);
    expect(got).toBeGreaterThanOrEqual(0.99);
  });
});
