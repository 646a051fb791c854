/**
 * A pumping attack on one country among honest traffic, the same for the same seed: 10,000 texts to 200 ranges of it, of
 * which 9,800 are never entered; honest people in other ranges of the country, and in others.
 */
import type { AskedText } from '../../src/core/pumping/replay-texts.ts';

export interface SimulatedText extends AskedText {
  readonly isAttack: boolean;
  /** Of honest people: whether they are in a range that is attacked. */
  readonly isAttackedRange: boolean;
}

interface Attack {
  readonly seed: number;
  readonly hours: number;
  readonly texts?: number;
  readonly ranges?: number;
  readonly honestThere?: number;
  readonly honestElsewhere?: number;
  readonly answeredShare?: number;
}

const honestShare = 0.8;
const startMs = Date.UTC(2026, 2, 2, 9);
const hourMs = 3_600_000;

/** Mulberry32: small, and the same on every machine. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function simulatedAttack(attack: Attack): readonly SimulatedText[] {
  const { seed, hours, texts = 10_000, ranges = 200, answeredShare = 0.02 } = attack;
  const { honestThere = 600, honestElsewhere = 2_400 } = attack;
  const random = seeded(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const pick = <Item>(items: readonly Item[]) => items[below(items.length)] as Item;
  const digits = (count: number) => Array.from({ length: count }, () => below(10)).join('');
  const attacked = new Set<string>();
  while (attacked.size < ranges) attacked.add(`+3519${pick(['1', '2', '3', '6'])}${digits(3)}`);
  const attackedRanges = [...attacked];

  function text(range: string, countryCode: string, person: string, share: number, isAttack: boolean): SimulatedText {
    const phoneNumber = `${range}${digits(4)}`;
    const askedAtMs = startMs + below(hours * hourMs);
    return {
      verificationMethod: 'SMS',
      askedAtMs,
      phoneNumber,
      range,
      number: phoneNumber,
      user: person,
      // The attacker has addresses enough, and an address of its own says nothing.
      address: isAttack ? `attacker ${below(2_000)}` : `home of ${person}`,
      isOwn: false,
      enteredAtMs: random() < share ? askedAtMs + 10_000 + below(80_000) : null,
      countryCode,
      numberType: 'MOBILE',
      isAttack,
      isAttackedRange: !isAttack && attacked.has(range),
    };
  }

  const answered = Math.round(texts * answeredShare);
  const attackTexts = Array.from({ length: texts }, (_none, place) =>
    text(pick(attackedRanges), 'PT', `attacker ${place}`, place < answered ? 1 : 0, true),
  );
  const honest = (count: number, countryCode: string, range: () => string) =>
    Array.from({ length: count }, (_none, place) =>
      text(range(), countryCode, `${countryCode} ${place}`, honestShare, false),
    ).flatMap((first) => (first.enteredAtMs === null ? [first, again(first)] : [first]));
  /** Somebody whose code did not arrive asks once more. */
  const again = (first: SimulatedText): SimulatedText => {
    const askedAtMs = first.askedAtMs + 60_000 + below(600_000);
    return { ...first, askedAtMs, enteredAtMs: random() < honestShare ? askedAtMs + 40_000 : null };
  };
  const share = Math.ceil(honestElsewhere / 3);
  return [
    ...attackTexts,
    ...honest(honestThere, 'PT', () => `+3519${pick(['1', '2', '3', '6'])}${digits(3)}`),
    ...honest(share, 'NZ', () => `+6421${digits(3)}`),
    ...honest(share, 'DE', () => `+49151${digits(4)}`),
    ...honest(share, 'FR', () => `+3361${digits(3)}`),
  ].sort((a, b) => a.askedAtMs - b.askedAtMs);
}
