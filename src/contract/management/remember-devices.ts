import { z } from 'zod';

// As long as browsers keep a cookie that nobody renews: Chrome ends it after 400 days.
const daysMax = 365;

/** Sallyport's own: what pages offer after a challenge (decision 0037). */
export const rememberDevices = z
  .strictObject({
    isEnabled: z.boolean().describe('Whether the pages offer it.'),
    days: z.int().min(1).max(daysMax).describe('For how many days: 1 to 365.'),
  })
  .meta({ id: 'RememberDevices' });
