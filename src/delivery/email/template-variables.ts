import type { Email } from './mailer.ts';

/**
 * What a tenant's own template of a code can show; undefined for every other mail, which a template of codes would
 * garble. So links and notices are sent as we word them.
 */
export function templateVariables({
  code,
  subject,
  message,
  locale,
  about,
}: Email): Record<string, string> | undefined {
  if (code === undefined) return undefined;
  const variables = {
    // Ours last: a data point of that name never stands for the code.
    ...about?.customVariables,
    code,
    subject,
    message,
    locale,
    userId: about?.userId,
    actionCode: about?.actionCode,
    ipAddress: about?.ipAddress,
    userAgent: about?.userAgent,
  };
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
