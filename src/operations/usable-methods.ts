/** Which methods anybody could use now: the one list that answers, pages and refusals go by (ruling 39). */
import type { DecisionRecord } from '../core/actions/decide-action.ts';
import { assuranceOf } from '../core/authenticators/assurance.ts';
import { satisfies } from '../core/challenges/satisfies.ts';
import { methods } from '../methods/registry.ts';
import type { Tenant } from '../storage/published.ts';
import type { Context } from './operation.ts';
import { whyNoMail } from './tenant-mailer.ts';

type MailContext = Pick<Context, 'mailer'>;

/** Why a method cannot be used in a tenant, for the developer who asks; undefined if it can. */
export function whyUnusable(context: MailContext, tenant: Tenant, verificationMethod: string): string | undefined {
  if (!tenant.activeMethods.includes(verificationMethod)) {
    return `${verificationMethod} is not an enabled verification method.`;
  }
  const method = methods.get(verificationMethod);
  if (method === undefined) return `${verificationMethod} is not part of this release.`;
  if (method.contact === 'phoneNumber') return `No provider for ${verificationMethod} is configured.`;
  return method.contact === 'email' ? whyNoMail(context, tenant) : undefined;
}

/**
 * The tenant's methods that can be a challenge of their own: enabled, built, and with somebody to deliver their messages.
 * Recovery codes stand in for another, so they are not.
 */
export function usableMethods(context: MailContext, tenant: Tenant): readonly string[] {
  return tenant.activeMethods.filter(
    (method) => method !== 'RECOVERY_CODE' && whyUnusable(context, tenant, method) === undefined,
  );
}

/** Methods that are enabled and cannot be used, by what is missing. */
export function undeliverableMethods(context: MailContext, tenant: Tenant): ReadonlyMap<string, readonly string[]> {
  const missing = new Map<string, string[]>();
  for (const method of tenant.activeMethods) {
    const why = whyUnusable(context, tenant, method);
    if (why !== undefined) missing.set(why, [...(missing.get(why) ?? []), method]);
  }
  return missing;
}

/**
 * What of them an action's decision permits too, in the order that it asks for, and could be strong enough for it. Empty
 * where there is none: then nobody gets past, and the operator is to hear of it.
 */
export function permittedMethods(
  context: MailContext,
  tenant: Tenant,
  demand: DecisionRecord['demand'],
): readonly string[] {
  const usable = usableMethods(context, tenant);
  // A method that was disabled since is skipped; the list as stored stays.
  const asked = demand.verificationMethods?.filter((method) => usable.includes(method)) ?? usable;
  return asked.filter((method) => satisfies(demand, { method, assurance: assuranceOf(method, true) }));
}
