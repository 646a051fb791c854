import { methodSettings } from '../configuring/method-settings.ts';
import { readRateLimit } from './read-rate-limit.ts';
import type { Tenant } from '../storage/published.ts';
import type { GuessLimit } from '../storage/queries/guess-budgets.ts';

/**
 * How many codes of a method each user of the tenant may try within a time (client-api 1.10); undefined if the tenant
 * has set nothing. The guess budget alone is then stricter than the ten in five minutes that the contract names.
 */
export function guessLimit(tenant: Tenant, verificationMethod: string): GuessLimit | undefined {
  const limit = readRateLimit(methodSettings(tenant, verificationMethod)['submissionRateLimitConfiguration']);
  return limit === undefined ? undefined : { triesMax: limit.max, windowMs: limit.windowMs };
}

/**
 * When the next guess is accepted after those that the limit counts; undefined if one is accepted now. Unix
 * milliseconds.
 */
export function limitedUntil(limit: GuessLimit, triedAt: readonly number[], nowMs: number): number | undefined {
  const counted = triedAt.filter((atMs) => atMs > nowMs - limit.windowMs).sort((a, b) => a - b);
  const oldest = counted.at(-limit.triesMax);
  return oldest === undefined ? undefined : oldest + limit.windowMs;
}
