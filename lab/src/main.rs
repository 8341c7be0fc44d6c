fn main() -> anyhow::Result<()> { let c = lab::cache::Cache::locate()?; lab::setup::prepare(&c)?; tokio::runtime::Runtime::new()?.block_on(lab::reader::record(&c, &lab::repository())) }
