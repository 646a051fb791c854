import { contactColumns, haveSameContact } from '../core/authenticators/contact.ts';
import type { Contact } from '../core/authenticators/contact.ts';
import { isVerified } from '../core/is-verified.ts';
import type { OpenAction } from './open-action.ts';
import { recordPendingAuthenticator } from '../storage/queries/authenticators.ts';
import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';
import type { Context } from '../calls/context.ts';
import type { Sending } from './send-challenge.ts';

/** A contact that is being enrolled, and what is written together with the message to it. */
export interface PendingContact {
  readonly recipient: {
    readonly authenticatorId: string;
    readonly verificationMethod: string;
    readonly verifiedAt: null;
    readonly contact: Contact;
  };
  readonly sending: Omit<Sending, 'unlessOpen'>;
}

/**
 * The pending authenticator of a contact: the existing one if the contact is requested again, otherwise a new one.
 * `state` is stored with it.
 */
export function pendingContact(
  { runtime }: Context,
  action: OpenAction,
  method: string,
  contact: Contact,
  state: AuthenticatorRow['state'] = {},
): PendingContact {
  const { tenantId, userId } = action.key;
  const columns = contactColumns(contact);
  const isSame = (row: AuthenticatorRow) =>
    row.verificationMethod === method && !isVerified(row) && haveSameContact(row, columns);
  const known = action.row.authenticators.find(isSame);
  const authenticatorId = known?.authenticatorId ?? runtime.ids.uuid();
  return {
    recipient: { authenticatorId, verificationMethod: method, verifiedAt: null, contact },
    sending: {
      before: (sql) =>
        recordPendingAuthenticator(sql, tenantId, {
          userId,
          authenticatorId,
          verificationMethod: method,
          ...columns,
          state,
          secretSealed: null,
          createdAt: runtime.clock.now(),
        }),
    },
  };
}
