import { Refusal } from '../../contract/errors.ts';
import { replaceMessageOverrides as route } from '../../contract/management/message-overrides.ts';
import { loadTenantSettings, recordTenantSettings } from '../../storage/queries/tenant-settings.ts';
import { messagePoints } from '../../texts/message-catalogue.ts';
import { operation } from '../operation.ts';
import { omitAbsent } from '../../views/omit-absent.ts';
import { changeConfiguration } from '../../configuring/change-configuration.ts';

const pointById = new Map(messagePoints.map((point) => [point.publicId, point]));

export const replaceMessageOverrides = operation(route, async (context, request) => {
  const { tenantId } = request.caller.tenant;
  const sent = request.body.messageOverrides;
  const overrides = sent === undefined ? undefined : (omitAbsent(sent) as Record<string, Record<string, string>>);
  for (const [locale, texts] of Object.entries(overrides ?? {})) {
    for (const [publicId, text] of Object.entries(texts)) requireShowableText(locale, publicId, text);
  }
  return changeConfiguration(context, route, request, async (sql) => {
    const row = await loadTenantSettings(sql, tenantId);
    const messageOverrides = overrides ?? row.messageOverrides;
    await recordTenantSettings(sql, tenantId, { ...row, messageOverrides });
    return { before: row.messageOverrides, after: messageOverrides, answer: { messageOverrides } };
  });
});

/** @throws {Refusal} for a text that cannot be shown in its place on the page */
function requireShowableText(locale: string, publicId: string, text: string): void {
  const refuse = (problem: string): never => {
    throw new Refusal('invalid_request', `messageOverrides.${locale}.${publicId} ${problem}`);
  };
  const point = pointById.get(publicId);
  if (point === undefined) {
    return refuse('is not the id of a text; GET /v1/management/message-overrides/catalog lists them.');
  }
  if (text.trim() === '') return refuse('must not be empty; leave it out to have the default.');
  if (text.length > point.maxLength) return refuse(`must have at most ${point.maxLength} characters.`);
  for (const [, name = ''] of text.matchAll(/\{([^{}]*)\}/g)) {
    if (!point.allowedPlaceholders.includes(name)) return refuse(`must not have the placeholder {${name}}.`);
  }
  for (const [tag, name = ''] of text.matchAll(/<\/?\s*([^\s<>/]*)[^<>]*>?/g)) {
    if (!point.allowedTags.includes(name)) return refuse(`must not have the tag ${tag}.`);
  }
}
