import { contactColumns, haveSameContact } from '../../core/authenticators/contact.ts';
import type { Contact } from '../../core/authenticators/contact.ts';
import type { OpenAction } from '../../proving/open-action.ts';
import { recordPendingAuthenticator } from '../../storage/queries/authenticators.ts';
import type { AuthenticatorRow } from '../../storage/queries/authenticators.ts';
import type { Sql } from '../../storage/sql.ts';
import type { Context } from '../operation.ts';

/** A contact that somebody is about to enrol. `record` stores it, in a transaction that holds the user. */
export interface PendingContact {
  readonly recipient: {
    readonly authenticator_id: string;
    readonly verification_method: string;
    readonly verified_at: null;
    readonly contact: Contact;
  };
  record(sql: Sql): Promise<void>;
}

/** The pending authenticator of a contact: the one that is there when it is asked for again, else a new one. */
export function pendingContact(
  { runtime }: Context,
  action: OpenAction,
  method: string,
  contact: Contact,
): PendingContact {
  const { tenantId, userId } = action.key;
  const columns = contactColumns(contact);
  const isSame = (row: AuthenticatorRow) =>
    row.verification_method === method && row.verified_at === null && haveSameContact(row, columns);
  const authenticatorId = action.row.authenticators.find(isSame)?.authenticator_id ?? runtime.ids.uuid();
  return {
    recipient: { authenticator_id: authenticatorId, verification_method: method, verified_at: null, contact },
    record: (sql) =>
      recordPendingAuthenticator(sql, tenantId, {
        user_id: userId,
        authenticator_id: authenticatorId,
        verification_method: method,
        ...columns,
        state: {},
        secret_sealed: null,
        created_at: runtime.clock.now(),
      }),
  };
}
