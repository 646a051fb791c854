/** What tokens carry, before and after a proof. Whether it counts is checked where it is used. */
import { assurances } from '../core/rules/rule-set.ts';
import type { TokenPowers } from '../runtime/tokens.ts';

export const factorScopes = ['add:authenticators', 'update:authenticators', 'remove:authenticators'] as const;
export type FactorScope = (typeof factorScopes)[number];

/** What a token carries because a backend asked for it and vouches for it (ruling 17). */
export function givenPowers(scope: string): TokenPowers {
  return { scope, given: factorScopes.filter((name) => includes(scope, name)).join(' ') };
}

export function isGiven({ given = '' }: TokenPowers, scope: FactorScope): boolean {
  return includes(given, scope);
}

export function includes(scopes: string, scope: string): boolean {
  return scopes.split(' ').includes(scope);
}

/** What a proof has earned by itself, and what the token in its response carries. */
export interface Earned {
  /** Space-separated scopes. */
  readonly scope: string;
  readonly proven: string | undefined;
  readonly isRecovered: boolean;
  /** All scopes of the token in the response. */
  readonly answered: string;
  readonly atMs: number;
}

/** For a proof that is no longer remembered. */
export function nothingEarned({ scope }: TokenPowers): Earned {
  return { scope: '', proven: undefined, isRecovered: false, answered: union(scope), atMs: 0 };
}

/**
 * What the token in the response to a proof carries: what it carried before and what was earned, but never more than in
 * the first response (ruling 40).
 */
export function powersAfter(token: TokenPowers, earned: Earned): TokenPowers {
  const scopes = union(token.scope, earned.scope).split(' ');
  return {
    scope: scopes.filter((scope) => includes(earned.answered, scope)).join(' '),
    given: token.given,
    proven: stronger(token.proven, earned.proven),
    isRecovered: token.isRecovered === true || earned.isRecovered,
  };
}

/** Scopes of several lists, each once. Reading is always permitted. */
export function union(...scopes: readonly string[]): string {
  return [...new Set(['read:authenticators', ...scopes.flatMap((part) => part.split(' '))])]
    .filter((scope) => scope !== '')
    .join(' ');
}

function stronger(one: string | undefined, other: string | undefined): string | undefined {
  return assurances.findLast((assurance) => assurance === one || assurance === other);
}
