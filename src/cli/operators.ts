import { loadConfig } from '../config/load-config.ts';
import { isMailbox } from '../core/authenticators/is-mailbox.ts';
import { admitMember, invitationUrl, preparePortalTenant } from '../storage/invite-operator.ts';
import { listMembers } from '../storage/queries/memberships.ts';
import { portalTenantId } from '../storage/queries/tenants.ts';
import { chooseTenant } from './choose-tenant.ts';
import { CommandMistake } from './command.ts';
import type { Command } from './command.ts';
import { printList } from './print-list.ts';
import { readOptions } from './read-options.ts';
import { recordCliAudit } from './record-cli-audit.ts';
import { withStorage } from './with-storage.ts';

export const operators: Command = {
  name: 'operators',
  summary: 'Invite and list the people who may come in to the portal.',
  help: `Usage: sallyport operators invite --email ADDRESS [--name NAME] [--tenant ID]
       sallyport operators list [--tenant ID] [--json]

"invite" prints a link to the portal at SALLYPORT_PUBLIC_URL, which works once and for an hour. Whoever opens it makes a
passkey, or chooses a password and sets up an authenticator app (unless SALLYPORT_OPERATOR_PASSWORDS is off), or signs in at
SALLYPORT_OIDC_ISSUER with that e-mail address, and is an admin of the tenant from then on; admins invite others in the
portal. Inviting again makes a new link, and the one before no longer works.

It is also the way back for an operator who has lost their passkey, password, app or account at the issuer: redeeming the
link removes all of these and ends their sessions. Roles that they have stay.

--create creates the embedded database if there is none. Only one process can use it: stop the server first, invite, start
it again, or use PostgreSQL.
`,
  async run(words) {
    const [verb, ...rest] = words;
    if (verb === 'invite') return invite(rest);
    if (verb === 'list') return list(rest);
    throw new CommandMistake('Say "operators invite" or "operators list". See "sallyport operators --help".');
  },
};

async function invite(words: readonly string[]): Promise<void> {
  const { options, flags } = readOptions(words, ['email', 'name', 'tenant'], { flags: ['create'] });
  const { email } = options;
  if (email === undefined || !isMailbox(email)) throw new CommandMistake('Give an e-mail address: --email ADDRESS.');
  const { publicUrl, port } = loadConfig();
  await withStorage(flags.has('create'), async ({ db, seal, runtime }) => {
    const made = await db.transaction(async (sql) => {
      const tenantId = await chooseTenant(sql, options.tenant);
      await preparePortalTenant(sql, { runtime, seal });
      const name = options.name ?? email.slice(0, email.lastIndexOf('@'));
      const invited = await admitMember(sql, { runtime }, { memberOf: tenantId, email, name, roles: ['ADMIN'] });
      const { secret } = await invited.invite();
      const { operatorId, wasMember } = invited;
      await recordCliAudit(sql, runtime, tenantId, 'operator.invited', { operatorId, wasMember });
      return secret;
    });
    const url = invitationUrl(publicUrl ?? `http://localhost:${port}`, made);
    process.stdout.write(`${url}\nThe link works once, within an hour, and is not shown again.\n`);
  });
}

async function list(words: readonly string[]): Promise<void> {
  const { options, flags } = readOptions(words, ['tenant'], { flags: ['create', 'json'] });
  await withStorage(flags.has('create'), async ({ db }) => {
    const members = await listMembers(db, portalTenantId, await chooseTenant(db, options.tenant));
    const items = members.map(({ operatorId, email, roles, activatedAt, invitedUntil }) => ({
      operatorId,
      roles: roles.join(' '),
      activatedAt: timeOf(activatedAt),
      invitedUntil: timeOf(invitedUntil),
      email,
    }));
    printList(['operatorId', 'roles', 'activatedAt', 'invitedUntil', 'email'], items, flags.has('json'));
  });
}

function timeOf(timeMs: number | null): string | null {
  return timeMs === null ? null : new Date(timeMs).toISOString();
}
