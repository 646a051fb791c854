/** What operators may choose to be told of by mail, in each of their tenants. */
export const mailTopics = ['reviews', 'endpoints', 'alerts', 'rules'] as const;
export type MailTopic = (typeof mailTopics)[number];
