/** Which methods can be used now: the one list that responses, pages and refusals are based on (ruling 39). */
import type { DecisionRecord } from '../core/actions/decide-action.ts';
import { assuranceOf } from '../methods/assurance-of.ts';
import { satisfies } from '../core/challenges/satisfies.ts';
import { manifestOf } from '../methods/manifests.ts';
import { methods } from '../methods/registry.ts';
import type { Tenant } from '../storage/published.ts';
import type { Context } from '../calls/context.ts';
import { isText } from './is-text.ts';
import { whyNoPush } from './push-provider.ts';
import { whyNoMail } from './tenant-mailer.ts';
import { whyNoText } from './tenant-texter.ts';

type SendingContext = Pick<Context, 'mailer' | 'ses' | 'texter'>;

/** Why a method cannot be used in a tenant, for the developer who asks; undefined if it can. */
export function whyUnusable(context: SendingContext, tenant: Tenant, verificationMethod: string): string | undefined {
  if (!tenant.activeMethods.includes(verificationMethod)) {
    return `${verificationMethod} is not an enabled verification method.`;
  }
  return whyUndeliverable(context, tenant, verificationMethod);
}

/** The same whether the method is enabled or not. */
export function whyUndeliverable(
  context: SendingContext,
  tenant: Tenant,
  verificationMethod: string,
): string | undefined {
  if (!methods.has(verificationMethod)) return `${verificationMethod} is not part of this release.`;
  if (isText(verificationMethod)) return whyNoText(context, tenant, verificationMethod);
  const channel = manifestOf(verificationMethod)?.channel;
  if (channel === 'push') return whyNoPush(tenant);
  return channel === 'email'
    ? whyNoMail(context, tenant, verificationMethod === 'EMAIL_OTP' ? 'code' : 'other')
    : undefined;
}

/**
 * The tenant's methods that can be a challenge by themselves: enabled, built, and with a provider for their messages.
 * Recovery codes only stand in for another method, so they are left out.
 */
export function usableMethods(context: SendingContext, tenant: Tenant): readonly string[] {
  return tenant.activeMethods.filter(
    (method) => manifestOf(method)?.perUser !== 'set' && whyUnusable(context, tenant, method) === undefined,
  );
}

/** Methods that are enabled but cannot be used, by what is missing. */
export function undeliverableMethods(context: SendingContext, tenant: Tenant): ReadonlyMap<string, readonly string[]> {
  const missing = new Map<string, string[]>();
  for (const method of tenant.activeMethods) {
    const why = whyUnusable(context, tenant, method);
    if (why !== undefined) missing.set(why, [...(missing.get(why) ?? []), method]);
  }
  return missing;
}

/**
 * Those of them that an action's decision permits and that could be strong enough for it, in the order that it asks
 * for. If there are none, no user can verify, and the operator has to be warned.
 */
export function permittedMethods(
  context: SendingContext,
  tenant: Tenant,
  demand: DecisionRecord['demand'],
): readonly string[] {
  const usable = usableMethods(context, tenant);
  // A method that was disabled since is skipped; the stored list stays as it is.
  const asked = demand.verificationMethods?.filter((method) => usable.includes(method)) ?? usable;
  return asked.filter((method) => satisfies(demand, { method, assurance: assuranceOf(method, 'verified') }));
}
