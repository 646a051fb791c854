import { z } from 'zod';
import { describe, expect, test } from 'vitest';
import { formFields } from './form-fields.ts';
import { smsConfiguration } from './management/authenticator-configurations.ts';
import { closed } from './management/closed.ts';
import { credentialBlocks } from './management/provider-credentials.ts';
import { updateTheme } from './management/theme.ts';

describe('the fields of a body', () => {
  test('are its members, with limits, choices and what can be cleared, and none that only responses have', () => {
    const body = closed(
      {
        name: z.string().max(64).describe('What it is called. Absent on creation: none.'),
        count: z.int().min(1).max(9).nullish().describe('How many. Absent: 3.'),
        share: z.number().gt(0).optional().describe('Part.'),
        mode: z.enum(['block', 'monitor']).optional().describe('How.'),
        hosts: z.array(z.string().max(50)).nullish().describe('Where. Absent or empty: nowhere.'),
        keys: z.array(z.string().max(8_192)).optional().describe('Certificates.'),
        size: z
          .union([z.literal('country'), z.int()])
          .optional()
          .describe('Block.'),
        limits: z
          .array(closed({ rate: z.int() }))
          .nullish()
          .describe('Limits.'),
        senders: z.record(z.string(), z.string()).nullish().describe('By country. Replaced as a whole.'),
        isOn: z.boolean().describe('Whether.'),
      },
      ['tenantId'],
    );
    expect(formFields(body)).toEqual([
      { name: 'name', kind: 'text', max: 64, meaning: 'What it is called.' },
      {
        name: 'count',
        kind: 'number',
        min: 1,
        max: 9,
        isWhole: true,
        isClearable: true,
        meaning: 'How many. Empty: 3.',
      },
      { name: 'share', kind: 'number', meaning: 'Part.' },
      { name: 'mode', kind: 'choice', options: ['block', 'monitor'], meaning: 'How.' },
      { name: 'hosts', kind: 'texts', isClearable: true, meaning: 'Where. Empty: nowhere.' },
      { name: 'keys', kind: 'texts', isLong: true, meaning: 'Certificates.' },
      { name: 'size', kind: 'text', orNumber: true, meaning: 'Block.' },
      {
        name: 'limits',
        kind: 'groups',
        isClearable: true,
        meaning: 'Limits.',
        fields: [{ name: 'rate', kind: 'number', isWhole: true, meaning: '' }],
      },
      { name: 'senders', kind: 'pairs', isClearable: true, meaning: 'By country.' },
      { name: 'isOn', kind: 'switch', meaning: 'Whether.' },
    ]);
  });

  test('of credentials say for which providers they are, and which are secret, also those of the second provider', () => {
    const fields = formFields(smsConfiguration.update.body);
    const [, ...places] = [
      undefined,
      fields,
      fields.flatMap((field) => (field.name === 'fallback' && field.kind === 'group' ? field.fields : [])),
    ];
    for (const place of places) {
      const twilio = place?.find(({ name }) => name === 'twilioCredentials');
      if (twilio?.kind !== 'group') throw new Error('There are no credentials.');
      expect(twilio.providers).toEqual(['TWILIO']);
      const secret = twilio.fields.flatMap((field) =>
        field.kind === 'text' && field.isSecret === true ? [field.name] : [],
      );
      expect(secret).toEqual(credentialBlocks['twilioCredentials']?.secrets);
    }
  });

  test('of the theme are all of its groups', () => {
    const names = formFields(updateTheme.body).map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['name', 'colors', 'container', 'typography', 'darkMode', 'template']),
    );
    expect(names).not.toContain('tenantId');
  });
});
