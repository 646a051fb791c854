import { Refusal } from '../../contract/errors.ts';
import { getUserHelp as route } from '../../contract/portal/helps.ts';
import { permits } from '../../contract/portal/roles.ts';
import { maskEmail } from '../../core/authenticators/mask-contact.ts';
import { contactAgeMs } from '../../core/helps/help-limits.ts';
import { helpViews } from '../../operators/help-view.ts';
import { listHelpContacts, listHelpsOfUser } from '../../storage/queries/helps.ts';
import { loadUser } from '../../storage/queries/users.ts';
import { wireTime } from '../../views/wire-values.ts';
import { operation } from '../operation.ts';

export const getUserHelp = operation(route, async ({ db, runtime }, { caller, params: { userId } }) => {
  const { tenant, roles } = caller;
  const { tenantId } = tenant;
  if ((await loadUser(db, tenantId, userId)) === undefined) throw new Refusal('not_found', 'There is no such user.');
  const nowMs = runtime.clock.now();
  const seesContacts = permits(roles, 'contacts:read');
  const contacts = await listHelpContacts(db, tenantId, userId, { verifiedByMs: nowMs - contactAgeMs, nowMs });
  const helps = await listHelpsOfUser(db, tenantId, userId);
  return {
    contacts: contacts.map(({ authenticatorId, email, verifiedAt }) => ({
      userAuthenticatorId: authenticatorId,
      email: seesContacts ? email : maskEmail(email),
      verifiedAt: wireTime(verifiedAt),
    })),
    helps: await helpViews(db, caller, helps, nowMs),
  };
});
