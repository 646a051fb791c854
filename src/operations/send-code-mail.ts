import { en } from '../texts/en/en.ts';
import type { Tenant } from '../storage/published.ts';
import { mailPage } from './mail-page.ts';
import type { Context } from './operation.ts';
import { sendMail } from './send-mail.ts';

/** Sends a code. @throws {Refusal} as {@link sendMail} does. */
export async function sendCodeMail(
  context: Context,
  tenant: Tenant,
  mail: { readonly to: string; readonly code: string; readonly validMinutes: number },
): Promise<void> {
  const { subject, intro, validity, warning } = en.codeMail;
  const notes = [validity(mail.validMinutes), warning];
  await sendMail(context, tenant, {
    to: mail.to,
    subject: subject(mail.code, tenant.name),
    text: `${[intro(tenant.name), mail.code, ...notes].join('\n\n')}\n`,
    html: mailPage(tenant.name, [intro(tenant.name), ...notes], mail.code),
  });
}
