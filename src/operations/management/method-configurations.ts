/** The configuration of one method at a path of its own: the same four operations for each. */
import type { z } from 'zod';
import { Refusal } from '../../contract/errors.ts';
import {
  emailOtpConfiguration,
  passkeyConfiguration,
  pushConfiguration,
  smsConfiguration,
} from '../../contract/management/authenticator-configurations.ts';
import type { success } from '../../contract/management/values.ts';
import type { Route } from '../../contract/route.ts';
import type { VerificationMethod } from '../../contract/values.ts';
import { deleteAuthenticatorConfigurationRow } from '../../storage/queries/authenticator-configurations.ts';
import type { AuthenticatorConfigurationRow } from '../../storage/queries/authenticator-configurations.ts';
import { operation } from '../operation.ts';
import type { Context, Operation } from '../operation.ts';
import { maskedConfiguration, openMembers } from './authenticator-configuration-views.ts';
import { changeConfiguration } from './change-configuration.ts';
import { checkCredentials, concernsProvider, providerSetting } from './configure-method.ts';
import { findMethod, loadMethod } from './find-method.ts';
import { openSecrets } from './method-secrets.ts';
import { saveMethod } from './save-method.ts';

interface MethodRoutes {
  readonly create: Route;
  readonly get: Route;
  readonly update: Route;
  readonly remove: Route<z.ZodType, z.ZodType, z.ZodType, typeof success>;
}

function methodOperations(method: VerificationMethod, name: string, routes: MethodRoutes): readonly Operation[] {
  const isMethod = (row: AuthenticatorConfigurationRow) => row.verification_method === method;

  const create = operation(routes.create, async (context, request) => {
    const { tenantId } = request.caller.tenant;
    return changeConfiguration(context, routes.create, request, async (sql) => {
      const stored = await loadMethod(sql, tenantId, isMethod);
      if (stored !== undefined && isConfigured(stored)) {
        throw new Refusal('resource_already_exists', `A ${name} configuration already exists.`);
      }
      const blank = stored ?? {
        authenticator_id: context.runtime.ids.uuid(),
        verification_method: method,
        settings: {},
        secrets_sealed: null,
      };
      const sent = request.body as Readonly<Record<string, unknown>>;
      const { saved, after } = await saveMethod(sql, context, tenantId, { ...blank, is_active: true }, sent, (result) =>
        checkCredentials(method, result),
      );
      return { before: undefined, after, answer: view(routes, context, saved) };
    });
  });

  const get = operation(routes.get, async (context, { caller: { tenant } }) =>
    view(routes, context, await findMethod(context.db, tenant.tenantId, isMethod)),
  );

  const update = operation(routes.update, async (context, request) => {
    const { tenantId } = request.caller.tenant;
    return changeConfiguration(context, routes.update, request, async (sql) => {
      const row = await findMethod(sql, tenantId, isMethod);
      const sent = request.body as Readonly<Record<string, unknown>>;
      const { saved, before, after } = await saveMethod(sql, context, tenantId, row, sent, (result) => {
        // What the older generation stored without credentials can still be switched off here.
        if (concernsProvider(method, sent)) checkCredentials(method, result);
      });
      return { before, after, answer: view(routes, context, saved) };
    });
  });

  const remove = operation(routes.remove, async (context, request) => {
    const { tenantId } = request.caller.tenant;
    return changeConfiguration(context, routes.remove, request, async (sql) => {
      const row = await findMethod(sql, tenantId, isMethod);
      await deleteAuthenticatorConfigurationRow(sql, tenantId, row.authenticator_id);
      const before = maskedConfiguration(row, openSecrets(context, tenantId, row));
      return { before, after: undefined, answer: { success: true } as const };
    });
  });

  return [create, get, update, remove];
}

/**
 * A new tenant has its methods enabled without anyone having configured them. Creating such a configuration fills it in,
 * so that Terraform can begin on a fresh install; one that somebody has made is in the way.
 */
function isConfigured({ verification_method: method, settings }: AuthenticatorConfigurationRow): boolean {
  return (providerSetting(method) ?? 'relyingParty') in settings;
}

/** What the route declares of the configuration. A passkey's relying party is this server's until another is set. */
function view({ get: { reply } }: MethodRoutes, { publicUrl }: Context, row: AuthenticatorConfigurationRow): unknown {
  const { hostname, origin } = new URL(publicUrl);
  return reply.parse({ relyingParty: hostname, expectedOrigins: [origin], ...openMembers(row) });
}

export const methodConfigurations: readonly Operation[] = [
  ...methodOperations('SMS', 'SMS OTP', smsConfiguration),
  ...methodOperations('EMAIL_OTP', 'email OTP', emailOtpConfiguration),
  ...methodOperations('PASSKEY', 'passkey', passkeyConfiguration),
  ...methodOperations('PUSH', 'push', pushConfiguration),
];
