#include "studies/point_store.h"

#include "sim-core/error.h"
#include "studies/version.h"

namespace faascast {

std::optional<PointResult> PointStore::get(const std::string& key) {
  const std::lock_guard lock(mutex_);
  StoreFile::Query query = store_.query("SELECT json FROM points WHERE key = ?1");
  if (!query.bind(key).next()) return std::nullopt;
  try {
    return point_from_json(query.text(0));
  } catch (const InputError&) {
    return std::nullopt;  // another hand was in the store: the point is computed again
  }
}

void PointStore::put(const std::string& key, const std::string& scenario_name,
                     const PointResult& point) {
  const std::lock_guard lock(mutex_);
  store_
      .query(
          "INSERT INTO points (key, created, scenario_name, version, json) "
          "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (key) DO UPDATE SET json = excluded.json "
          "WHERE json <> excluded.json")
      .bind(key)
      .bind(now_utc())
      .bind(scenario_name)
      .bind(std::string(program_version()))
      .bind(point_json(point))
      .run();
}

}  // namespace faascast
