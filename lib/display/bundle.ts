/** A picture in several forms; whoever shows it picks the richest that it can. */

/** MIME type to content: text for text types, plain data for `+json` types. */
export type MimeBundle = Record<string, unknown>;

export const tableType = 'application/vnd.rewardlab.table+json';
export const chartType = 'application/vnd.rewardlab.chart+json';
export const progressType = 'application/vnd.rewardlab.progress+json';
export const conversationType = 'application/vnd.rewardlab.conversation+json';
