import type { AuthenticatorRow } from '../../storage/queries/authenticators.ts';
import { recordPendingAuthenticator } from '../../storage/queries/authenticators.ts';
import type { Sql } from '../../storage/sql.ts';
import type { Context } from '../operation.ts';
import type { OpenAction } from './open-action.ts';

/** An address that somebody is about to enrol. `record` stores it, in a transaction that holds the user. */
export interface PendingContact {
  readonly recipient: {
    readonly authenticator_id: string;
    readonly verification_method: string;
    readonly verified_at: null;
    readonly email: string;
  };
  record(sql: Sql): Promise<void>;
}

/** The pending authenticator of an address: the one that is there when it is asked for again, else a new one. */
export function pendingContact(
  { runtime }: Context,
  action: OpenAction,
  method: string,
  email: string,
): PendingContact {
  const { tenantId, userId } = action.key;
  const isSame = (row: AuthenticatorRow) =>
    row.verification_method === method && row.verified_at === null && row.email === email;
  const authenticatorId = action.row.authenticators.find(isSame)?.authenticator_id ?? runtime.ids.uuid();
  return {
    recipient: { authenticator_id: authenticatorId, verification_method: method, verified_at: null, email },
    record: (sql) =>
      recordPendingAuthenticator(sql, tenantId, {
        user_id: userId,
        authenticator_id: authenticatorId,
        verification_method: method,
        email,
        phone_number: null,
        state: {},
        secret_sealed: null,
        created_at: runtime.clock.now(),
      }),
  };
}
