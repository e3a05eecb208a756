export { type AuditBatch, type AuditLog, openAuditLog } from './audit-log.ts'
