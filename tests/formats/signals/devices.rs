//! Tables of devices: nvidia-smi's and DCGM's.

use crate::reading::{read_bytes, records};

pub(super) const NVIDIA: &str =
    "timestamp, index, name, memory.used [MiB], memory.total [MiB], utilization.gpu [%]
2023/05/04 12:00:00.123, 0, NVIDIA A100, 1024 MiB, 40960 MiB, 45 %
2023/05/04 12:00:00.125, 1, NVIDIA A100, 3 MiB, 40960 MiB, [N/A]
";

pub(super) const DMON: &str = "#Date       Time        gpu     sm    mem     fb   bar1
#YYYYMMDD   HH:MM:SS    Idx      %      %     MB     MB
 20230504   12:00:00      0     45     12   1024      3
 20230504   12:00:00      1      -      -      3      3
#Date       Time        gpu     sm    mem     fb   bar1
#YYYYMMDD   HH:MM:SS    Idx      %      %     MB     MB
 20230504   12:00:01      0     46     12   1025      3
 20230504   12:00:01      1      x      -      3      3
";

pub(super) const DCGMI: &str = "#Entity   GPUTL             FBTTL             FBUSD
ID
GPU 0     75                81920             28456
GPU 1     N/A               81920             0
GPU-I 3   1                 N/A               N/A
";

#[test]
fn nvidia_smi_tables_are_read() {
    assert_eq!(
        records("gpu.csv", NVIDIA.as_bytes()),
        [
            "sample gpu.memory.used 0 Some(1683201600123000000) 1073741824",
            "sample gpu.memory.total 0 Some(1683201600123000000) 42949672960",
            "sample gpu.utilization 0 Some(1683201600123000000) 450000",
            "sample gpu.memory.used 1 Some(1683201600125000000) 3145728",
            "sample gpu.memory.total 1 Some(1683201600125000000) 42949672960",
        ]
    );
    let dcgm = "timestamp,gpu,DCGM_FI_DEV_FB_USED,DCGM_FI_DEV_FB_FREE,DCGM_FI_DEV_GPU_UTIL\n1700000000,0,3,5,50\nx,0,1,1,1\n1700000001,0,3\n";
    assert_eq!(
        records("gpu.csv", dcgm.as_bytes()),
        [
            "sample gpu.memory.used 0 Some(1700000000000000000) 3145728",
            "sample gpu.memory.total 0 Some(1700000000000000000) 8388608",
            "sample gpu.utilization 0 Some(1700000000000000000) 500000",
        ]
    );
    let read = read_bytes("gpu.csv", dcgm.as_bytes()).expect("reads");
    assert_eq!(read.files[0].bad, 2);
}

#[test]
fn nvidia_smi_tables_without_a_header_are_refused() {
    for row in [
        "2023/05/04 12:00:00.123, 0, 1024 MiB, 40960 MiB, 45 %\n",
        "0, 2023/05/04 12:00:00.123, 1024, 40960, 45\n",
    ] {
        let error = read_bytes("gpu.csv", row.as_bytes()).expect_err("refused");
        assert!(error.to_string().contains("noheader"), "{error}");
    }
}

#[test]
fn monitors_of_devices_are_read() {
    assert_eq!(
        records("gpu.log", DMON.as_bytes()),
        [
            "sample gpu.memory.used 0 Some(1683201600000000000) 1073741824",
            "sample gpu.utilization 0 Some(1683201600000000000) 450000",
            "sample gpu.memory.used 1 Some(1683201600000000000) 3145728",
            "sample gpu.memory.used 0 Some(1683201601000000000) 1074790400",
            "sample gpu.utilization 0 Some(1683201601000000000) 460000",
        ]
    );
    let read = read_bytes("gpu.log", DMON.replace('\n', "\r\n").as_bytes()).expect("reads");
    assert_eq!(
        (
            &*read.files[0].format,
            read.files[0].samples,
            read.files[0].bad
        ),
        ("gpu-dmon", 5, 1)
    );
    assert_eq!(
        records("gpu.log", DCGMI.as_bytes()),
        [
            "sample gpu.memory.used 0 None 29838278656",
            "sample gpu.memory.total 0 None 85899345920",
            "sample gpu.utilization 0 None 750000",
            "sample gpu.memory.used 1 None 0",
            "sample gpu.memory.total 1 None 85899345920",
            "sample gpu.utilization GPU-I 3 None 10000",
        ]
    );
    let read = read_bytes("gpu.log", DCGMI.as_bytes()).expect("reads");
    assert!(
        read.notices
            .iter()
            .any(|notice| notice.contains("without a time")),
        "{:?}",
        read.notices
    );
    let midnight = "#Time        gpu     sm\n#HH:MM:SS    Idx      %\n 23:59:59      0     45\n 00:00:01      0     45\n";
    assert_eq!(
        records("gpu.log", midnight.as_bytes()),
        [
            "sample gpu.utilization 0 Some(86399000000000) 450000",
            "sample gpu.utilization 0 Some(86401000000000) 450000",
        ]
    );
}

#[test]
fn monitors_of_what_is_not_scored_are_refused() {
    for (text, why) in [
        (
            "# gpu        pid  type    sm   mem   enc   dec   command\n    0       1234     C    45    12     0     0   python\n",
            "pmon",
        ),
        (
            "# gpu   pwr gtemp mtemp  mclk  pclk\n    0    25    29     -  4006  1506\n",
            "-s um",
        ),
    ] {
        let error = read_bytes("gpu.log", text.as_bytes()).expect_err("refused");
        assert!(error.to_string().contains(why), "{error}");
    }
}
