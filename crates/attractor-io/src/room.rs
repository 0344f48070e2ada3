//! How much memory is free, where the system tells.

use std::fs;

/// Bytes that can be allocated without swapping: what the kernel says is available, and no more than what is left of
/// the limits of this control group and of this process (`ulimit -v`). `None` where the system does not say.
pub fn available_memory() -> Option<u64> {
    let available = meminfo(&fs::read_to_string("/proc/meminfo").ok()?)?;
    Some([limit(), addresses()].into_iter().flatten().fold(available, u64::min))
}

/// What is left of the addresses that this process may use, where they are limited.
fn addresses() -> Option<u64> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    let status = fs::read_to_string("/proc/self/status").ok()?;
    Some(address_limit(&limits)?.saturating_sub(address_use(&status)?))
}

/// `Max address space`, in bytes; `None` where it is unlimited.
fn address_limit(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("Max address space"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// `VmSize`, in bytes.
fn address_use(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("VmSize:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok()?.checked_mul(1024)
}

/// `MemAvailable`, in bytes.
fn meminfo(text: &str) -> Option<u64> {
    let line = text.lines().find(|line| line.starts_with("MemAvailable:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    kilobytes.checked_mul(1024)
}

/// What the control group has left; pages of files that nobody has looked at lately count as free.
fn limit() -> Option<u64> {
    let number = |path: String| fs::read_to_string(path).ok()?.trim().parse::<u64>().ok();
    let of = |folder: &str, limit: &str, used: &str| {
        let (limit, used) =
            (number(format!("{folder}/{limit}"))?, number(format!("{folder}/{used}"))?);
        let stat = fs::read_to_string(format!("{folder}/memory.stat")).unwrap_or_default();
        let line = stat.lines().find_map(|line| line.strip_prefix("inactive_file "));
        let cache = line.and_then(|bytes| bytes.trim().parse().ok()).unwrap_or(0);
        Some(limit.saturating_sub(used.saturating_sub(cache)))
    };
    of("/sys/fs/cgroup", "memory.max", "memory.current")
        .or_else(|| of("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_says_what_is_available() {
        let text = "MemTotal:       16316412 kB\nMemAvailable:    1024 kB\n";
        assert_eq!(meminfo(text), Some(1 << 20));
        assert_eq!(meminfo("MemTotal: 5 kB"), None);
        let limits =
            "Limit  Soft Limit  Hard Limit  Units\nMax address space  4096  unlimited  bytes\n";
        assert_eq!(address_limit(limits), Some(4096));
        assert_eq!(address_limit("Max address space  unlimited  unlimited  bytes"), None);
        assert_eq!(address_use("VmPeak: 9 kB\nVmSize:\t    3 kB\n"), Some(3072));
        if let Some(bytes) = available_memory() {
            assert!(bytes > 0);
        }
    }
}
