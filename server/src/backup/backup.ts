/** Backups: one archive of the database's moment and the files beside it, and back again. */
export { type BackupOptions, type BackupResult, makeBackup } from "./make-backup.ts";
export { type RestoreOptions, type RestoreResult, restoreBackup } from "./restore-backup.ts";
export { countUp } from "./make-backup.ts";
export { verifyBackup, type Verified } from "./verify-backup.ts";
