-- Run once after a restore, before schedulers start: psql "$DATABASE_URL" -f deploy/after-restore.sql
-- Each try of a page and of an export has a number, and the broker takes a message with a number that it has seen within minutes (two of a
-- page, ten of an export) for a repetition. What was tried after the backup has used numbers that the restored database does not know of: go on well beyond them.
begin;
update bulk_jobs set archive_attempt = archive_attempt + 1000000 where status in ('waiting', 'running', 'paused');
update bulk_job_sites set attempt_base = attempt_base + 1000000, export_attempt = export_attempt + 1000000
  where status in ('waiting', 'running');
update urls set attempt = attempt + 1000000
  from bulk_job_sites s where s.id = urls.site_run_id and s.status in ('waiting', 'running') and urls.state <> 2;
update run_diff_sites set attempt = attempt + 1000000 where status = 'pending';
commit;
