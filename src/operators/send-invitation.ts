import type { OperatorCaller } from '../calls/caller.ts';
import type { Context } from '../calls/context.ts';
import { invitationUrl } from '../storage/invite-operator.ts';
import type { MemberRow } from '../storage/queries/memberships.ts';
import { mailBodies } from '../telling/mail-bodies.ts';
import { sendMail } from '../telling/send-mail.ts';
import { isolate, mailWords } from '../texts/mail-words.ts';

/**
 * Mails an invitation at once: queued, its secret would stand in the database. @throws {Refusal} as `sendMail` does; then
 * they can be invited again.
 */
export async function sendInvitation(
  context: Context,
  { tenant, name: inviter, email }: OperatorCaller,
  invited: MemberRow,
  secret: string,
): Promise<void> {
  const words = mailWords('en', tenant.name);
  const { oidc, takesPasswords } = context;
  const others = [
    ...(oidc === undefined ? [] : [`sign in with ${oidc.name}`]),
    ...(takesPasswords ? ['choose a password and set up an authenticator app'] : []),
  ];
  const heading = `${isolate(inviter)} invites you to the portal of ${isolate(tenant.name)}`;
  await sendMail(context, tenant, {
    to: invited.email,
    subject: heading,
    ...mailBodies(words, {
      heading,
      description: `Open the link on the computer that you work on, and make a passkey there${others.map((way) => `, or ${way}`).join('')}. It works once, within an hour.`,
      facts: [
        ['Invited by:', email],
        ['Roles:', invited.roles.join(', ')],
      ],
      emphasis: {
        link: invitationUrl(context.publicUrl, secret),
        label: others.length === 0 ? 'Make a passkey' : 'Come in',
      },
      advice: 'If you do not expect this, do nothing: without the link nobody comes in.',
    }),
  });
}
